import assert from "node:assert/strict"
import { test } from "node:test"

import { foldCode, groupCode, readLabel } from "../../static/js/offline/code.js"

const HOSTS = ["xuncha.example.cn", "192.168.1.20:8443"]

test("hands may type a code as they like", () => {
  for (const typed of ["7K3M9QX20AB1", "7k3m-9qx2-0ab1", " 7K3M 9QX2 OABL ", "7k3m9qx2oabI", "７Ｋ３Ｍ９ＱＸ２０ＡＢ１", "7K3M—9QX2—0AB1"]) {
    assert.equal(foldCode(typed), "7K3M9QX20AB1", typed)
  }
})

test("what is not 12 characters of the alphabet is no code", () => {
  for (const typed of ["", "7K3M9QX20AB", "7K3M9QX20AB12", "7K3M9QX20ABU", "巡检点巡检点巡检点巡检点", "7K3M/9QX20AB1"]) {
    assert.equal(foldCode(typed), null, typed)
  }
})

test("a code is shown in groups of four", () => assert.equal(groupCode("7K3M9QX20AB1"), "7K3M-9QX2-0AB1"))

test("our labels are read in either case, with or without port and dashes", () => {
  for (const text of [
    "HTTPS://XUNCHA.EXAMPLE.CN/C/7K3M9QX20AB1", "https://xuncha.example.cn/c/7k3m-9qx2-0ab1",
    "HTTPS://192.168.1.20:8443/C/7K3M9QX20AB1", "7K3M9QX20AB1", "http://xuncha.example.cn/C/7K3M9QX20AB1/",
  ]) assert.equal(readLabel(text, HOSTS), "7K3M9QX20AB1", text)
})

test("other people's codes are not ours", () => {
  for (const text of [
    "https://evil.example/C/7K3M9QX20AB1", "https://xuncha.example.cn.evil.example/C/7K3M9QX20AB1",
    "https://xuncha.example.cn@evil.example/C/7K3M9QX20AB1", "https://a@xuncha.example.cn/C/7K3M9QX20AB1",
    "https://192.168.1.20/C/7K3M9QX20AB1", "https://xuncha.example.cn/C/7K3M9QX20AB1/edit", "https://xuncha.example.cn/D/7K3M9QX20AB1",
    "javascript:7K3M9QX20AB1", "weixin://wxpay/bizpayurl?pr=1", "6921168509256", "",
  ]) assert.equal(readLabel(text, HOSTS), null, text)
})
